package dev.epoch.cli.local;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a metadata database.
 *
 * @param whole as it was given, perhaps with a password
 */
public record MetadataUrl(String whole) {
  private static final Pattern SHAPE =
      Pattern.compile(
          "(?<scheme>postgres(?:ql)?://)(?:(?<user>[^/?]*)@)?(?<rest>[^@/?]*(?:/[^@?]*)?(?:\\?.*)?)");
  private static final Pattern PASSWORD_PARAMETER = Pattern.compile("(?<=[?&])password=[^&]*&?");
  private static final int NAME_BYTES = 6;

  /**
   * Checks the form.
   *
   * @throws CommandFailure if it is no PostgreSQL URL; it does not show the URL
   */
  public MetadataUrl {
    Objects.requireNonNull(whole, "whole");
    if (!SHAPE.matcher(whole).matches()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "the metadata URL is not that of a PostgreSQL database",
          "it looks like postgresql://user:password@host:5432/database; characters such as / ? @ in"
              + " a password are percent-encoded");
    }
  }

  /** Without a password. */
  public String withoutPassword() {
    Matcher parts = SHAPE.matcher(whole);
    if (!parts.matches()) {
      throw new IllegalStateException(whole);
    }
    String user = parts.group("user");
    String rest =
        PASSWORD_PARAMETER.matcher(parts.group("rest")).replaceAll("").replaceFirst("[?&]$", "");
    return parts.group("scheme") + (user == null ? "" : user.split(":", 2)[0] + "@") + rest;
  }

  /** Whether it holds a password. */
  boolean hasPassword() {
    return !whole.equals(withoutPassword());
  }

  /** A name of a folder for what belongs to this database. */
  String folderName() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(withoutPassword().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, NAME_BYTES);
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
