"""What the attacks share: how they tell what came of an attempt, and bounds.

HELD WHAT WHY    an attempt was refused
HOLE WHAT WHY    it succeeded: the sandbox has a hole
HAS N MiB WHAT   so much memory was held at once
"""
import ctypes
import errno
import mmap
import os
import platform
import signal
import struct
import sys
import time

# What the harness tells: a mark to find the process by, and what of the host
# must be out of reach: a TCP port, an abstract socket, a folder.
MARK, HOST_PORT, HOST_SOCKET, HOST_FOLDER = (sys.argv + ['', '0', '', ''])[1:5]

MOST = 300           # processes, threads
MOST_MEMORY = 1536   # MiB
LONGEST = 15         # seconds

signal.alarm(LONGEST)


def held(what, why=''):
    print('HELD', what, why, flush=True)


def hole(what, why=''):
    print('HOLE', what, why, flush=True)


def name(e):
    return errno.errorcode.get(getattr(e, 'errno', None), type(e).__name__)


def attempt(what, f, *args, **kw):
    """Calls f, which must fail."""
    try:
        got = f(*args, **kw)
    except (OSError, MemoryError, OverflowError) as e:
        held(what, name(e))
        return None
    hole(what, repr(got)[:80])
    return got


libc = ctypes.CDLL(None, use_errno=True)

# System calls by name: x86_64, aarch64. None: not there.
CALLS = {
    'acct': (163, 89), 'add_key': (248, 217), 'adjtimex': (159, 171), 'bpf': (321, 280), 'chroot': (161, 51),
    'clock_adjtime': (305, 266), 'clock_settime': (227, 112), 'clone': (56, 220), 'clone3': (435, 435), 'delete_module': (176, 106),
    'fanotify_init': (300, 262), 'finit_module': (313, 273), 'fsconfig': (431, 431), 'fsmount': (432, 432), 'fsopen': (430, 430),
    'fspick': (433, 433), 'getpid': (39, 172), 'init_module': (175, 105), 'io_uring_enter': (426, 426), 'io_uring_register': (427, 427),
    'io_uring_setup': (425, 425), 'ioperm': (173, None), 'iopl': (172, None), 'kcmp': (312, 272), 'kexec_file_load': (320, 294),
    'kexec_load': (246, 104), 'keyctl': (250, 219), 'memfd_create': (319, 279), 'modify_ldt': (154, None), 'mount': (165, 40),
    'mount_setattr': (442, 442), 'move_mount': (429, 429), 'move_pages': (279, 239), 'name_to_handle_at': (303, 264),
    'open_by_handle_at': (304, 265), 'open_tree': (428, 428), 'perf_event_open': (298, 241), 'personality': (135, 92),
    'pidfd_getfd': (438, 438), 'pidfd_open': (434, 434), 'pidfd_send_signal': (424, 424), 'pivot_root': (155, 41),
    'process_madvise': (440, 440), 'process_vm_readv': (310, 270), 'process_vm_writev': (311, 271), 'ptrace': (101, 117),
    'quotactl': (179, 60), 'reboot': (169, 142), 'request_key': (249, 218), 'setdomainname': (171, 162), 'sethostname': (170, 161),
    'setns': (308, 268), 'settimeofday': (164, 170), 'swapoff': (168, 225), 'swapon': (167, 224), 'syslog': (103, 116),
    'umount2': (166, 39), 'unshare': (272, 97), 'userfaultfd': (323, 282), 'vhangup': (153, 58),
}


def raw(call, *args):
    """Makes a system call and returns its result; it raises OSError."""
    nr = call
    if isinstance(call, str):
        nr = CALLS[call][platform.machine() == 'aarch64']
        if nr is None:
            raise OSError(errno.ENOSYS, 'not on this machine')
    ctypes.set_errno(0)
    got = libc.syscall(ctypes.c_long(nr), *[a if isinstance(a, (bytes, ctypes.Array)) else ctypes.c_long(a) for a in args])
    if got < 0:
        raise OSError(ctypes.get_errno(), call)
    return got


def call(what, *args):
    """Makes a system call that must fail."""
    attempt(what, raw, what, *args)


def refused(what, *args, allowed=('EPERM', 'ENOSYS', 'EACCES')):
    """Makes a system call that must be refused, not merely fail for want of right arguments."""
    try:
        got = raw(what, *args)
    except OSError as e:
        (held if name(e) in allowed else hole)(what, name(e))
        return
    hole(what, got)


def grow(what, step, processes=1):
    """Holds memory in many processes: step(i) holds more and returns how many MiB.
    It must be refused, or the program ended, before MOST_MEMORY."""
    counts = mmap.mmap(-1, 16 * processes)  # MiB, done
    total = lambda: sum(struct.unpack_from('d', counts, 16 * i)[0] for i in range(processes))

    def one(i):
        signal.alarm(LONGEST)
        mine = 0.0
        try:
            while total() < MOST_MEMORY:
                mine += step(i)
                struct.pack_into('d', counts, 16 * i, mine)
            why = 1.0
        except (OSError, MemoryError) as e:
            why = float(getattr(e, 'errno', None) or errno.ENOMEM)
        struct.pack_into('d', counts, 16 * i + 8, why)
        signal.pause()

    children = {}
    for i in range(processes):
        try:
            pid = os.fork()
        except OSError:
            struct.pack_into('d', counts, 16 * i + 8, float(errno.EAGAIN))
            continue
        if pid == 0:
            try:
                one(i)
            finally:
                os._exit(0)
        children[pid] = i
    most, whys, shown = 0.0, set(), 0
    left = dict(children)
    while left and most < MOST_MEMORY:
        time.sleep(0.02)
        most = max(most, total())
        if most - shown > 64:
            shown = most
            print('HAS', int(most), 'MiB', what, flush=True)
        for pid, i in list(left.items()):
            why = struct.unpack_from('d', counts, 16 * i + 8)[0]
            gone, status = os.waitpid(pid, os.WNOHANG)
            if why or gone:
                whys.add('killed' if gone else name(OSError(int(why), '')))
                del left[pid]
                if gone:
                    children.pop(pid, None)
                    struct.pack_into('d', counts, 16 * i, 0.0)
    most = max(most, total())
    print('HAS', int(most), 'MiB', what, flush=True)
    if most >= MOST_MEMORY:
        hole(what, '%d MiB' % most)
    else:
        held(what, '%d MiB, then %s' % (most, ' '.join(sorted(whys))))
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def many(what, make):
    """Makes MOST of something; it must be refused before."""
    kept = []
    try:
        while len(kept) < MOST:
            kept.append(make(len(kept)))
    except (OSError, RuntimeError, MemoryError) as e:
        held(what, '%d, then %s' % (len(kept), name(e)))
        return kept
    hole(what, len(kept))
    return kept
