package dev.epoch.api.branch;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** URLs under which clients of the databases themselves are on a branch. */
public record BranchUrls(String name, List<Url> urls) {

  /**
   * One for each database with tables of the repository.
   *
   * @param storage that leads to the database
   * @param database its name for the gateway, with the branch
   * @param url for libpq and what reads its URLs
   * @param jdbcUrl for JDBC
   */
  public record Url(String storage, String database, String url, String jdbcUrl) {

    /**
     * @param user that logs in, null for none
     */
    static Url of(ClientGateway.Address at, String storage, String database, String user) {
      String place =
          (at.host().indexOf(':') >= 0 ? "[" + at.host() + "]" : at.host()) + ":" + at.port();
      return new Url(
          storage,
          database,
          "postgresql://"
              + (user == null ? "" : encoded(user, "") + "@")
              + place
              + "/"
              + encoded(database, "/@")
              + (at.encrypted() ? "?channel_binding=disable" : ""),
          "jdbc:postgresql://"
              + place
              + "/"
              + encoded(database, "@")
              + (user == null ? "" : "?user=" + encoded(user, ""))
              + (at.encrypted() ? (user == null ? "?" : "&") + "channelBinding=disable" : ""));
    }

    private static String encoded(String text, String kept) {
      StringBuilder encoded = new StringBuilder();
      for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
        char c = (char) (b & 0xff);
        boolean plain =
            c < 128
                && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0 || kept.indexOf(c) >= 0);
        encoded.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
      }
      return encoded.toString();
    }
  }
}
