#!/usr/bin/env python3
"""Echo client: sends a message and checks that it comes back unchanged.

Usage: ./client_echo.py [MESSAGE]
"""
import socket
import sys

HOST = "localhost"
PORT = 6666


def receive(sock, size):
    """Read size bytes, or fewer if the server closes before that."""
    received = b""
    while len(received) < size:
        chunk = sock.recv(size - len(received))
        if not chunk:
            break
        received += chunk
    return received


def main():
    message = sys.argv[1] if len(sys.argv) > 1 else "Hello, echo!"
    sent = message.encode("utf-8")
    try:
        with socket.create_connection((HOST, PORT)) as sock:
            sock.sendall(sent)
            received = receive(sock, len(sent))
    except OSError as error:
        print("Cannot talk to the server:", error, file=sys.stderr)
        return 1
    if received == sent:
        print("Identical: the message came back unchanged.")
        return 0
    print("DIFFERENT: sent %r, received %r" % (sent, received))
    return 1


if __name__ == "__main__":
    sys.exit(main())
