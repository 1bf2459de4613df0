#!/usr/bin/env python3
# sioux: a small HTTP server for HTML, CSS and JPEG files
import os
import socket

PORT = 8080
ROOT = "www"

ERROR_PAGE = b"<html><body><h1>404 Not Found</h1></body></html>"


def content_type(path):
    if path.endswith(".jpg") or path.endswith(".jpeg"):
        return "image/jpeg"
    return "text/html"


def read_request(conn):
    """Read until the empty line that ends the header."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = conn.recv(1024)
        if not chunk:
            break
        data += chunk
    return data.decode("iso-8859-1")


def answer(conn, status, kind, body):
    header = "HTTP/1.1 " + status + "\r\n"
    header += "Content-Type: " + kind + "\r\n"
    header += "Content-Length: " + str(len(body)) + "\r\n"
    header += "Connection: close\r\n\r\n"
    conn.sendall(header.encode() + body)


def serve(conn):
    request = read_request(conn)
    words = request.split()
    if len(words) < 2:
        return
    print(words[0], words[1])
    path = words[1].split("?")[0]
    if path == "/":
        path = "/index.html"
    if ".." in path:
        answer(conn, "404 Not Found", "text/html", ERROR_PAGE)
        return
    filename = ROOT + path
    if os.path.isfile(filename):
        with open(filename, "rb") as f:
            answer(conn, "200 OK", content_type(filename), f.read())
    else:
        answer(conn, "404 Not Found", "text/html", ERROR_PAGE)


def main():
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", PORT))
    sock.listen(10)
    print("Sioux on http://localhost:%d/" % PORT)
    while True:
        conn, addr = sock.accept()
        try:
            serve(conn)
        except OSError as error:
            print("error with", addr, error)
        finally:
            conn.close()


if __name__ == "__main__":
    main()
