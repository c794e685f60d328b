package dev.epoch.catalog.model;

import java.text.Normalizer;
import java.util.Locale;

/** Ids that are made from names. */
public final class Slug {
  private Slug() {}

  /** Lower case; everything but letters and digits becomes one hyphen. */
  public static String of(String name) {
    String plain = Normalizer.normalize(name, Normalizer.Form.NFKD).replaceAll("\\p{M}", "");
    String slug =
        plain.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    if (slug.isEmpty()) {
      throw new InvalidCatalogException(
          "No id can be made from the name '" + name + "'; give one as \"id\"");
    }
    return slug;
  }
}
