package dev.epoch.storage.objects;

import dev.epoch.storage.error.BadLocationException;
import java.util.Arrays;
import java.util.List;

/**
 * The parts of a location URL: {@code scheme://first/second/...}. Characters stand for themselves,
 * as in keys; nothing is percent-encoded.
 *
 * @param names what stands before the prefix, as many as were asked for
 * @param prefix empty, or names and a slash
 */
public record BucketUrl(List<String> names, String prefix) {

  /**
   * @param schemes one of which the URL has
   * @param count how many names stand before the prefix
   * @param form what the URL should look like, for messages
   * @throws BadLocationException if it has another form
   */
  public static BucketUrl parse(String url, List<String> schemes, int count, String form) {
    String rest =
        schemes.stream()
            .map(scheme -> scheme + "://")
            .filter(url::startsWith)
            .findFirst()
            .map(start -> url.substring(start.length()))
            .orElseThrow(() -> new BadLocationException("The location has another scheme", form));
    if (rest.indexOf('?') >= 0 || rest.indexOf('#') >= 0 || rest.indexOf('@') >= 0) {
      throw new BadLocationException(
          "A location of objects has no parameters and no credentials; those are settings of the"
              + " storage",
          form);
    }
    String[] parts = rest.split("/", count + 1);
    List<String> names = Arrays.asList(parts).subList(0, Math.min(count, parts.length));
    if (names.size() < count || names.stream().anyMatch(String::isBlank)) {
      throw new BadLocationException("The location lacks a name", form);
    }
    return new BucketUrl(
        List.copyOf(names), ObjectStores.folder(parts.length > count ? parts[count] : ""));
  }
}
