package dev.epoch.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * Runs the usual commands against canned answers, so that {@code bin/epoch} can record the loaded
 * classes in an AOT cache that halves the start of the next command.
 */
final class StartRecording {

  private static final String COMMIT =
      """
      {"id": "0123456789abcdef", "message": "Recording", "author_name": "a", "author_email": "a@b",
       "created_at": "2025-01-01T00:00:00Z", "parents": [], "parent_count": 0,
       "tables": [{"table": "users", "inserted": 1, "updated": 1, "deleted": 0}],
       "stats": {"inserted": 1, "updated": 1, "deleted": 0}}
      """;

  private static final Map<String, String> ANSWERS =
      Map.of(
          "/repositories", "{\"name\": \"recording\", \"default_branch\": \"main\"}",
          "/commits", "{\"commits\": [" + COMMIT + "], \"total\": 1, \"has_more\": false}",
          "/status",
              "{\"branch\": \"main\", \"commit_id\": \"01\", \"staged\": [], \"unstaged\": []}",
          "/branches", "{\"branches\": [{\"name\": \"main\", \"head_commit_id\": \"01\"}]}",
          "/diff", "{\"tables\": [{\"table\": \"users\", \"inserted\": 1}]}",
          "/merge", "{\"is_fast_forward\": true, \"result_commit_id\": \"01\"}",
          "/tables", "{\"name\": \"users\", \"record_count\": 1, \"primary_key\": [\"id\"]}",
          "/query", "{\"columns\": [{\"name\": \"id\", \"type\": \"int\"}], \"rows\": [[1.5]]}");

  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("--help"),
          List.of("init", "recording"),
          List.of("repo", "list"),
          List.of("table", "add", "users", "--location", "postgresql://h/d/public.users"),
          List.of("status"),
          List.of("commit", "-m", "Recording"),
          List.of("log"),
          List.of("log", "--oneline", "-10"),
          List.of("branch", "list"),
          List.of("checkout", "main"),
          List.of("diff"),
          List.of("merge", "feature"),
          List.of("query", "SELECT 1"),
          List.of("log", "--no-such-option"));

  private StartRecording() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createTempDirectory("epoch-recording");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", StartRecording::answer);
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    ProcessEnvironment environment =
        new ProcessEnvironment(
            Map.of(
                "EPOCH_SERVER_URL",
                url,
                "EPOCH_AUTHOR_NAME",
                "Recording",
                "PATH",
                String.valueOf(System.getenv("PATH"))),
            folder,
            folder,
            InputStream.nullInputStream(),
            nowhere,
            nowhere,
            false,
            false,
            false,
            ZoneId.systemDefault(),
            folder.resolve("none"));
    COMMANDS.forEach(command -> Epoch.run(environment, command.toArray(String[]::new)));
    server.stop(0);
    System.exit(0);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getPath();
    String body = ANSWERS.getOrDefault(path.substring(path.lastIndexOf('/')), "{}");
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
