package cli

import "netlab/grader/lang"

// layerTexts say what each layer of isolation is for.
var layerTexts = map[string]lang.Text{
	"user":              lang.T("des utilisateurs à elle : le programme n'est personne pour la machine", "users of its own: the program is nobody to the machine"),
	"pid":               lang.T("des processus à elle : les autres n'ont pas de numéro, et tout finit ensemble", "processes of its own: others have no number, and all end together"),
	"mount":             lang.T("des fichiers à elle : ceux de la machine ne sont pas là", "files of its own: the machine's are not there"),
	"net":               lang.T("un réseau à elle : le port 6666 est libre et rien ne sort", "a network of its own: port 6666 is free and nothing leaves"),
	"uts":               lang.T("un nom de machine à elle", "a host name of its own"),
	"ipc":               lang.T("une mémoire partagée et des files de messages à elle", "shared memory and message queues of its own"),
	"cgroup":            lang.T("le nom de son groupe de contrôle ne dit rien de la machine", "the name of its control group tells nothing of the machine"),
	"read-only-root":    lang.T("le système et l'interpréteur, en lecture seule", "the system and the interpreter, read-only"),
	"work-limits":       lang.T("un dossier de travail borné en octets et en fichiers", "a work folder that is limited in bytes and in files"),
	"private-proc":      lang.T("un /proc qui ne montre que ses processus", "a /proc that shows its own processes alone"),
	"no-capabilities":   lang.T("aucun privilège de l'administrateur", "none of the administrator's privileges"),
	"no-new-privileges": lang.T("aucun programme n'en donne (setuid)", "and no program that gives some (setuid)"),
	"seccomp":           lang.T("les appels système dont aucune réponse n'a besoin sont refusés", "system calls that no answer needs are refused"),
	"keyring":           lang.T("un trousseau de clés à elle, vide", "a keyring of its own, empty"),
	"landlock":          lang.T("un second mur autour des fichiers", "a second wall around the files"),
	"landlock-scopes":   lang.T("aucun signal d'un programme à l'autre", "no signal from one program to another"),
	"rlimits":           lang.T("des limites pour chaque processus : fichiers, mémoire, temps", "limits for each process: files, memory, time"),
	"memory-watch":      lang.T("qui prend trop de mémoire est arrêté", "who takes too much memory is stopped"),
	"memory-cgroup":     lang.T("le noyau borne la mémoire de chaque machine", "the kernel limits the memory of each box"),
	"pids-cgroup":       lang.T("le noyau borne le nombre de ses processus", "the kernel limits how many processes it has"),
	"cpu-cgroup":        lang.T("le noyau partage les processeurs entre les machines", "the kernel shares the processors between boxes"),
}

// doctorTexts are the other words of the doctor.
var doctorTexts = map[string]lang.Text{
	"is":          lang.T("%s : %s", "%s: %s"),
	"interpreter": lang.T("Interpréteur", "Interpreter"),
	"found":       lang.T("trouvé par %s", "found as %s"),
	"language":    lang.T("Langue", "Language"),
	"fr":          lang.T("français", "French"),
	"en":          lang.T("anglais", "English"),
	"unset":       lang.T("aucune variable ne la choisit", "no variable chooses one"),
	"not_utf8":    lang.T("la machine n'annonce pas l'UTF-8 : les accents des rapports pourraient mal s'afficher", "the locale is not UTF-8: accents in reports may show wrong"),
	"isolation":   lang.T("Isolation", "Isolation"),
	"full":        lang.T("complète", "full"),
	"partial":     lang.T("incomplète : grader batch refusera de lancer des programmes inconnus", "not full: grader batch will refuse to run unknown programs"),
	"none":        lang.T("aucune : les programmes tourneraient un à un, sans protection", "none: programs would run one at a time, unprotected"),
	"untried":     lang.T("non essayée : il faut un interpréteur", "not tried: it takes an interpreter"),
	"on":          lang.T("oui", "on"),
	"off":         lang.T("NON", "OFF"),
	"extra":       lang.T("non", "off"),
	"extra_is":    lang.T("(en plus : l'isolation est complète sans)", "(one more: isolation is full without it)"),
	"fix":         lang.T("pour l'avoir : %s", "to have it: %s"),
	"python_fix":  lang.T("apt-get install python3", "apt-get install python3"),
}
