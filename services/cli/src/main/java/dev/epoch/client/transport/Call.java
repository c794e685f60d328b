package dev.epoch.client.transport;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.ClientSettings;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.UUID;

/** One request before it is sent. It keeps its idempotency key, however often it is sent. */
public final class Call {

  private final String method;
  private final List<String> path;
  private final List<String> query = new ArrayList<>();
  private JsonNode body;
  private Path file;
  private String fileType;
  private boolean command;
  private boolean atRoot;
  private boolean asLongAsItTakes;
  private String accept = "application/json";
  private String idempotencyKey;

  private Call(String method, boolean command, String... path) {
    this.method = Objects.requireNonNull(method, "method");
    this.command = command;
    this.path = List.of(path);
  }

  public static Call get(String... path) {
    return new Call("GET", false, path);
  }

  public static Call post(String... path) {
    return new Call("POST", true, path);
  }

  public static Call patch(String... path) {
    return new Call("PATCH", true, path);
  }

  public static Call delete(String... path) {
    return new Call("DELETE", true, path);
  }

  /** Adds a query parameter, unless its value is null. */
  public Call query(String name, Object value) {
    if (value != null) {
      query.add(name + "=" + encode(value.toString()));
    }
    return this;
  }

  public Call body(JsonNode node) {
    body = node;
    return this;
  }

  /** Sends a file as it is. */
  public Call file(Path content, String mediaType) {
    file = content;
    fileType = mediaType;
    return this;
  }

  public Path file() {
    return file;
  }

  String fileType() {
    return fileType;
  }

  public Call accept(String mediaType) {
    accept = mediaType;
    return this;
  }

  /** Marks a POST that changes nothing. */
  public Call readOnly() {
    command = false;
    return this;
  }

  /** Addresses the root of the server instead of the API. */
  public Call atRoot() {
    atRoot = true;
    return this;
  }

  /** Waits for the answer without a limit, unless the client was given one. */
  public Call asLongAsItTakes() {
    asLongAsItTakes = true;
    return this;
  }

  boolean waitsAsLongAsItTakes() {
    return asLongAsItTakes;
  }

  String method() {
    return method;
  }

  public JsonNode body() {
    return body;
  }

  public String accept() {
    return accept;
  }

  boolean command() {
    return command;
  }

  /** The key that makes a repetition harmless; null for what changes nothing. */
  String idempotencyKey() {
    if (command && idempotencyKey == null) {
      idempotencyKey = UUID.randomUUID().toString();
    }
    return idempotencyKey;
  }

  public String address(ClientSettings settings) {
    StringJoiner address = new StringJoiner("/");
    address.add(atRoot ? settings.rootAddress() : settings.apiAddress());
    path.forEach(segment -> address.add(encode(segment)));
    return query.isEmpty() ? address.toString() : address + "?" + String.join("&", query);
  }

  /** Percent-encodes everything that has a meaning in a path or a query. */
  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("%2C", ",")
        .replace("%7E", "~");
  }
}
