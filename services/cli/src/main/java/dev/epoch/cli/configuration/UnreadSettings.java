package dev.epoch.cli.configuration;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What users write because they expect something of it, and nothing does yet: refused where it
 * would count, instead of being passed over.
 */
public final class UnreadSettings {
  private static final Pattern STORAGE =
      Pattern.compile(
          "EPOCH_(?:POSTGRES|MYSQL|MSSQL|SQLITE|S3|AZURE|GCS|LOCAL)_.+_(?:URL|HOST|PORT|DATABASE|USERNAME"
              + "|PASSWORD|SSLMODE|BUCKET|REGION|ENDPOINT|ACCESS_KEY|SECRET_KEY|PATH|ACCOUNT|CONTAINER"
              + "|CONNECTION_STRING|PROJECT)");
  private static final Pattern TLS = Pattern.compile("EPOCH_SSL_(?:CERT|KEY|ROOTCERT)");

  private final Map<String, String> variables;
  private final List<ConfigurationFile> files;

  /**
   * @param files that are read here
   */
  UnreadSettings(Map<String, String> variables, List<ConfigurationFile> files) {
    this.variables = Objects.requireNonNull(variables, "variables");
    this.files = List.copyOf(files);
  }

  /**
   * Variables that describe storages, and that no file takes in as {@code ${NAME}}.
   *
   * @throws CommandFailure naming the first
   */
  public void refuseVariablesOfStorages() {
    for (String name : new TreeSet<>(variables.keySet())) {
      boolean tls = TLS.matcher(name).matches();
      if ((tls || STORAGE.matcher(name).matches())
          && files.stream().noneMatch(file -> file.takesIn(name))) {
        throw new CommandFailure(
            ExitCode.INVALID,
            name + " is set, and nothing reads it",
            tls
                ? "unset it, and write sslcert, sslkey and sslrootcert into the URL:"
                    + " ?sslmode=verify-full&sslrootcert=ca.crt"
                : "unset it; 'epoch storage add' makes a storage, and epoch.toml takes a variable in"
                    + " where it says ${"
                    + name
                    + "}");
      }
    }
  }

  /**
   * @throws CommandFailure if commits are to be signed
   */
  public void refuseSigning() {
    for (String name : List.of("EPOCH_SIGNING_KEY", "EPOCH_SIGNING_KEY_PASSWORD")) {
      if (!variables.getOrDefault(name, "").isBlank()) {
        throw new CommandFailure(
            ExitCode.INVALID, name + " is set, but commits are not signed", "unset it");
      }
    }
  }

  /**
   * Keys of a section that nothing reads.
   *
   * @throws CommandFailure naming them
   */
  public void refuseKeys(String section) {
    for (ConfigurationFile file : files) {
      List<String> keys =
          file.unknown().stream()
              .filter(key -> key.replaceFirst("^profiles\\.[^.]+\\.", "").startsWith(section + "."))
              .toList();
      if (!keys.isEmpty()) {
        throw new CommandFailure(
            ExitCode.INVALID,
            file.path() + " has " + String.join(", ", keys) + ", which nothing reads",
            "take it out; 'epoch config show --all' lists the keys");
      }
    }
  }
}
