package dev.epoch.wire;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Speaks the protocol by hand; logs in where the database trusts it. */
final class RawClient implements AutoCloseable {
  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;

  private RawClient(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(60_000);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  static RawClient to(int port) throws IOException {
    return new RawClient(port);
  }

  /** A session that is ready. */
  static RawClient connect(int port, String user, String database) throws IOException {
    RawClient client = new RawClient(port);
    client.send(startup("user", user, "database", database));
    client.readUntilReady();
    return client;
  }

  static byte[] startup(String... parameters) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (String text : parameters) {
      body.write(text.getBytes(StandardCharsets.UTF_8));
      body.write(0);
    }
    body.write(0);
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    DataOutputStream data = new DataOutputStream(message);
    data.writeInt(body.size() + 8);
    data.writeInt(3 << 16);
    body.writeTo(data);
    return message.toByteArray();
  }

  void send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  void query(String sql) throws IOException {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    out.writeByte('Q');
    out.writeInt(text.length + 5);
    out.write(text);
    out.writeByte(0);
    out.flush();
  }

  /** Reads up to and with ReadyForQuery; how many bytes that were. */
  long readUntilReady() throws IOException {
    long bytes = 0;
    while (true) {
      int type = in.readUnsignedByte();
      int length = in.readInt();
      byte[] body = in.readNBytes(length - 4);
      bytes += length + 1;
      if (type == 'Z') {
        return bytes;
      } else if (type == 'E') {
        throw new IOException(new String(body, StandardCharsets.UTF_8));
      }
    }
  }

  /** All that comes until the end, as text; empty if there is nothing. */
  String readToEnd() throws IOException {
    try {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (EOFException end) {
      return "";
    }
  }

  int read() throws IOException {
    return in.read();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
