#!/usr/bin/env python3
"""Echo server: sends every message back to the client that sent it."""
import socket
import threading

PORT = 6666


def serve(connection, address):
    """Send back whatever one client sends, until it has finished."""
    print("Connection from", address)
    with connection:
        try:
            while True:
                data = connection.recv(4096)
                if not data:
                    break
                connection.sendall(data)
        except ConnectionError as error:
            print("Connection lost with", address, error)
    print("End of", address)


def main():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("", PORT))
        listener.listen()
        print("Echo server on port", PORT)
        while True:
            connection, address = listener.accept()
            threading.Thread(target=serve, args=(connection, address), daemon=True).start()


if __name__ == "__main__":
    main()
