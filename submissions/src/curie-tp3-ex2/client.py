#!/usr/bin/env python3
"""Client TCP du TP 3 : envoie son premier argument au serveur de l'exercice 1.

Usage : ./client.py message
"""
import socket
import sys

HOTE = "localhost"
PORT = 6666


def envoyer(message):
    with socket.create_connection((HOTE, PORT)) as connexion:
        connexion.sendall(message.encode("utf-8"))


def main():
    if len(sys.argv) < 2:
        print("Usage : ./client.py message", file=sys.stderr)
        return 1
    try:
        envoyer(sys.argv[1])
    except OSError as erreur:
        print("Impossible de joindre le serveur :", erreur, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
