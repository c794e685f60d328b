package dev.epoch.gateway.connection;

import java.util.Optional;

/**
 * The name of a database as a client gives it: {@code shop@feature/x}.
 *
 * @param database what stands before the first at sign
 * @param ref branch, tag or commit; empty: the default branch
 */
public record DatabaseName(String database, Optional<String> ref) {

  /** Takes a name apart. */
  public static DatabaseName parse(String text) {
    int at = text.indexOf('@');
    return at < 0 || at == text.length() - 1
        ? new DatabaseName(at < 0 ? text : text.substring(0, at), Optional.empty())
        : new DatabaseName(text.substring(0, at), Optional.of(text.substring(at + 1)));
  }

  @Override
  public String toString() {
    return database + ref.map(name -> "@" + name).orElse("");
  }
}
