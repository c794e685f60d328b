package dev.epoch.catalog.store;

/**
 * A request that cannot be answered.
 *
 * <p>The message is what the client reads.
 */
public final class CatalogException extends RuntimeException {
  private final int status;
  private final String remedy;

  /**
   * @param status of HTTP
   * @param remedy what to do, or null
   */
  public CatalogException(int status, String message, String remedy) {
    super(message);
    this.status = status;
    this.remedy = remedy;
  }

  public static CatalogException notFound(String what, String id) {
    return new CatalogException(404, what + " '" + id + "' not found", null);
  }

  public int status() {
    return status;
  }

  public String remedy() {
    return remedy;
  }
}
