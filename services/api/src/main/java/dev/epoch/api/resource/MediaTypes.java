package dev.epoch.api.resource;

/** Forms of answers beside JSON. */
final class MediaTypes {
  static final String NDJSON = "application/x-ndjson";
  static final String CSV = "text/csv";
  static final String OTHER_CSV = "application/csv";
  static final String CSV_UTF8 = "text/csv;charset=utf-8";

  static final String SQL = "application/sql";

  private MediaTypes() {}

  /**
   * {@code csv}, {@code ndjson}, {@code sql}, or {@code json} for whoever does not ask for another.
   */
  static String format(String accept) {
    if (accept == null) {
      return "json";
    }
    if (accept.contains("sql")) {
      return "sql";
    }
    return accept.contains("csv") ? "csv" : accept.contains("ndjson") ? "ndjson" : "json";
  }
}
