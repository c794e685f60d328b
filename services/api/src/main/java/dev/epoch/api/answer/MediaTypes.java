package dev.epoch.api.answer;

/** Forms of answers beside JSON. */
public final class MediaTypes {
  public static final String NDJSON = "application/x-ndjson";
  public static final String CSV = "text/csv";
  public static final String OTHER_CSV = "application/csv";
  public static final String CSV_UTF8 = "text/csv;charset=utf-8";

  public static final String SQL = "application/sql";

  private MediaTypes() {}

  /**
   * {@code csv}, {@code ndjson}, {@code sql}, or {@code json} for whoever does not ask for another.
   */
  public static String format(String accept) {
    if (accept == null) {
      return "json";
    }
    if (accept.contains("sql")) {
      return "sql";
    }
    return accept.contains("csv") ? "csv" : accept.contains("ndjson") ? "ndjson" : "json";
  }
}
