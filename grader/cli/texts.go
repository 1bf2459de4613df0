package cli

import (
	"strings"

	"netlab/grader/lang"

	"github.com/alecthomas/kong"
)

// texts are the words of the command line.
var texts = map[string]lang.Text{
	"about": lang.T("Corrige les TP de programmation réseau : nom et contenu de l'archive, programme lancé dans un bac à sable, critère par critère.\n\nCodes de sortie : 0 tout a la note maximale ; 1 des points perdus ou un rejet ; 2 commande mal écrite ; 3 la correction n'a pas pu se faire.",
		"Grades network programming labs: the archive's name and content, the program run in a sandbox, criterion by criterion.\n\nExit status: 0 all full marks; 1 something lost points or was rejected; 2 wrong usage; 3 the harness could not do its work."),
	"hint":       lang.T("conseil : ", "hint: "),
	"pack_lacks": lang.T(`il manque le nom de famille ou les fichiers, par exemple : grader pack "de Gaulle" --tp 3 --ex 1 server.py`, `the family name or the files are missing, for example: grader pack "de Gaulle" --tp 3 --ex 1 server.py`),
	"hint_help":  lang.T("grader --help montre les commandes", "grader --help shows the commands"),

	"help_lang":      lang.T("Langue des rapports : fr ou en (sinon celle du système).", "Language of the reports: fr or en (else the locale's)."),
	"help_version":   lang.T("Montrer la version.", "Show the version."),
	"help_check":     lang.T("Corriger une ou plusieurs archives.", "Grade one archive or several."),
	"help_batch":     lang.T("Corriger une classe : un dossier d'archives, ou un export de Moodle.", "Grade a class: a folder of archives, or an export of Moodle."),
	"help_report":    lang.T("Écrire un rapport sur une ou plusieurs classes corrigées.", "Write a report on one graded class or several."),
	"help_reference": lang.T("Lancer un programme de référence : server, client, echo server, echo client, sioux.", "Run a reference program: server, client, echo server, echo client, sioux."),
	"help_name":      lang.T("Montrer le bon nom d'archive pour un nom de famille.", "Show the right archive name for a family name."),
	"help_pack":      lang.T("Faire l'archive à rendre, en refusant ce qui serait rejeté.", "Make the archive to hand in, refusing what would be rejected."),
	"help_prove":     lang.T("Vérifier un barème avec ses programmes étiquetés (pour les auteurs).", "Prove a rubric with its labelled programs (for authors)."),

	"help_doctor": lang.T("Dire ce que cette machine offre : interpréteur, isolation, langue.", "Tell what this machine gives: interpreter, isolation, language."),

	"help_archives":      lang.T("Archives à corriger.", "Archives to grade."),
	"help_folder":        lang.T("Dossier des archives (ou archive d'archives).", "Folder of the archives (or an archive of archives)."),
	"help_journal":       lang.T("Journal de la correction, d'où elle reprend (sinon grader.journal dans le dossier).", "Journal of the run, from which it goes on (else grader.journal in the folder)."),
	"help_batch_only":    lang.T("Corriger seulement ce qui a changé, les pannes, ou ce qui n'a pas la note maximale.", "Grade only what has changed, the faults, or what has not full marks."),
	"help_path":          lang.T("Corriger de nouveau la seule copie trouvée à ce chemin du dossier.", "Grade again the one submission found at this path of the folder."),
	"help_report_to":     lang.F("Écrire aussi un rapport (%s) ; peut être répété.", "Write a report too (%s); may be repeated.", strings.Join(formatNames(), ", ")),
	"help_worksheet":     lang.T("Feuille d'évaluation exportée de Moodle, que le rapport moodle remplit (sinon il en fait une).", "Grading worksheet exported from Moodle, which the moodle report fills in (else it makes one)."),
	"help_quiet":         lang.T("Ne pas montrer l'avancement.", "Do not show the progress."),
	"help_roster":        lang.T("Liste des étudiants (CSV), à la place de celle du cours.", "List of the students (CSV), instead of the course's."),
	"help_journals":      lang.T("Journaux de corrections.", "Journals of graded classes."),
	"help_report_format": lang.F("Forme du rapport : %s.", "Form of the report: %s.", strings.Join(formatNames(), ", ")),
	"help_report_output": lang.T("Fichier ou dossier à écrire (sinon la sortie standard).", "File or folder to write (else standard output)."),
	"must_isolate":       lang.T("cette machine n'offre pas d'isolation : une classe entière n'est pas corrigée sans", "this machine gives no isolation: a whole class is not graded without it"),
	"hint_isolate":       lang.T("--unsafe lance les programmes un à un, sans protection, sur le vrai réseau local", "--unsafe runs the programs one at a time, unprotected, on the real loopback"),
	"help_format":        lang.T("Forme du rapport : text ou json.", "Form of the report: text or json."),
	"help_exercise":      lang.T("Exercice auquel répond l'archive (sinon d'après son nom et son contenu).", "Exercise that the archive answers (else told by its name and content)."),
	"help_course":        lang.T("Fichier course.toml du cours.", "The course's course.toml."),
	"help_scripts":       lang.T("Dossier d'exercices à la place de ceux du programme.", "Folder of exercises instead of the built-in ones."),
	"help_python":        lang.T("Interpréteur Python à employer.", "Python interpreter to use."),
	"help_seed":          lang.T("Graine des messages d'essai, pour refaire une correction (hexadécimal).", "Seed of the test messages, to replay a grading (hexadecimal)."),
	"help_unsafe":        lang.T("Lancer les programmes sans isolation, un à un, même si la machine en offre une.", "Run the programs without isolation, one at a time, even where the machine gives some."),
	"help_verbose":       lang.T("Montrer toutes les conversations.", "Show every conversation."),
	"help_jobs":          lang.T("Nombre de programmes lancés à la fois, à partir de 1 (sinon selon la machine).", "How many programs run at once, from 1 on (else as the machine allows)."),
	"help_family":        lang.T("Nom de famille.", "Family name."),
	"help_tp":            lang.T("Numéro du TP.", "Number of the lab (TP)."),
	"help_ex":            lang.T("Numéro de l'exercice.", "Number of the exercise."),
	"help_files":         lang.T("Fichiers à rendre.", "Files to hand in."),
	"help_output":        lang.T("Dossier où écrire l'archive.", "Folder to write the archive to."),
	"help_exercises":     lang.T("Exercices à vérifier (tous sinon).", "Exercises to prove (else all)."),
	"help_repeat":        lang.T("Corriger N fois et dire ce qui n'a pas été pareil chaque fois.", "Grade N times and tell what was not the same each time."),
	"help_every":         lang.T("Seulement un programme sur N.", "Only every Nth program."),
	"help_only":          lang.T("Seulement les programmes dont le nom contient ce texte.", "Only the programs whose name holds this text."),
	"help_args":          lang.T("Nom du programme et ses arguments.", "The program's name and its arguments."),
	"no_interpreter":     lang.T("Python 3 est introuvable", "Python 3 was not found"),
	"hint_interpreter":   lang.T("installez python3 (make check le fait sous Debian) ou donnez son chemin avec --python", "install python3 (make check does it on Debian) or give its path with --python"),
	"hint_python":        lang.T("vérifiez le chemin donné à --python, ou enlevez --python pour prendre le Python 3 du système", "check the path given to --python, or leave --python out to use the system's Python 3"),
	"no_isolation":       lang.T("cette machine n'offre pas d'isolation : les programmes tournent un à un, sans protection, sur le vrai réseau local", "this machine gives no isolation: programs run one at a time, unprotected, on the real loopback"),
}

func vars(l lang.Lang) kong.Vars {
	v := kong.Vars{"version": "grader " + version()}
	for name, t := range texts {
		v[name] = t.In(l)
	}
	return v
}
