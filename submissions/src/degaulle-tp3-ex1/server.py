import socket

HOTE = "localhost"
PORT = 6666

serveur = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
serveur.bind((HOTE, PORT))
serveur.listen(5)

while True:
    print("En attente...")
    client, infos = serveur.accept()
    message = client.recv(1024)
    print("Reçu :", message.decode())
    client.close()
    # on s'arrête si on reçoit quit
    if message == "quit":
        break

print("Fin du serveur")
serveur.close()
