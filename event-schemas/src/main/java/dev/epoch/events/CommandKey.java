package dev.epoch.events;

import java.util.Objects;
import java.util.Optional;

/**
 * The idempotency key of a command, as its records keep it: {@code kind@request:client}, or {@code
 * kind:client} where the request is not known. The client's part comes last, for it may be any
 * text.
 *
 * @param kind of command, its wire name
 * @param request digest of the whole request, or empty: the same key with another one is refused
 * @param client the key that the client gave
 */
public record CommandKey(String kind, Optional<String> request, String client) {
  public CommandKey {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(client, "client");
  }

  /** The key that a record has; a text of another form is a client's key without a kind. */
  public static CommandKey parse(String text) {
    int end = text.indexOf(':');
    if (end < 0) {
      return new CommandKey("", Optional.empty(), text);
    }
    String client = text.substring(end + 1);
    int at = text.lastIndexOf('@', end);
    return at < 0
        ? new CommandKey(text.substring(0, end), Optional.empty(), client)
        : new CommandKey(text.substring(0, at), Optional.of(text.substring(at + 1, end)), client);
  }

  /** As records keep it. */
  public String text() {
    return kind + request.map(digest -> "@" + digest).orElse("") + ":" + client;
  }
}
