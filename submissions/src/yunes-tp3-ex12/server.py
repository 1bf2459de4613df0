#!/usr/bin/env python3
"""Serveur TCP du TP 3 : affiche les messages reçus sur le port 6666.

Pour chaque connexion, le serveur lit un message, l'affiche avec l'adresse
du client, puis ferme la connexion. Un message qui commence par « quit »
arrête le serveur.
"""
import socket

PORT = 6666
TAILLE = 1024


def lire_message(connexion):
    """Lit un message et lui enlève la fin de ligne qu'envoie telnet."""
    octets = connexion.recv(TAILLE)
    return octets.decode("utf-8", errors="replace").rstrip("\r\n")


def traiter(connexion, adresse):
    """Sert un client ; rend False si le serveur doit s'arrêter."""
    with connexion:
        try:
            message = lire_message(connexion)
        except ConnectionError:
            # le client est parti brutalement : on passe au suivant
            message = ""
    print("Received", message)
    print("  from", adresse)
    return not message.startswith("quit")


def main():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as ecoute:
        # pour pouvoir relancer le serveur aussitôt sur le même port
        ecoute.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ecoute.bind(("", PORT))
        ecoute.listen()
        continuer = True
        while continuer:
            print("Waiting...")
            connexion, adresse = ecoute.accept()
            continuer = traiter(connexion, adresse)
    print("Quitting")


if __name__ == "__main__":
    main()
