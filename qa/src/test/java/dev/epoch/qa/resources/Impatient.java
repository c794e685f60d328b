package dev.epoch.qa.resources;

import dev.epoch.qa.process.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A client that asks and does not wait for the answer. */
final class Impatient {
  private Impatient() {}

  /** Sends a request below /api/v1 and closes the connection at once. */
  static void leave(ServerProcess server, String method, String path, String body)
      throws IOException {
    URI address = URI.create(server.url());
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket
          .getOutputStream()
          .write(
              "%s /api/v1%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                  .formatted(method, path, body.length(), body)
                  .getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
    }
  }

  /** Asks for a stream and leaves when the first of it has come; whether there was room for it. */
  static boolean heard(ServerProcess server, String path) throws IOException {
    URI address = URI.create(server.url());
    try (Socket socket = new Socket(address.getHost(), address.getPort());
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      socket
          .getOutputStream()
          .write(
              "GET /api/v1%s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
                  .formatted(path)
                  .getBytes(StandardCharsets.US_ASCII));
      String status = lines.readLine();
      if (status == null || !status.contains(" 200 ")) {
        return false;
      }
      String line = status;
      while (line != null && !line.startsWith(":")) {
        line = lines.readLine();
      }
      return line != null;
    }
  }
}
