package dev.epoch.catalog.model;

/** JSON that is no class, instance or part of one; the message says where and why. */
public final class InvalidCatalogException extends RuntimeException {
  public InvalidCatalogException(String message) {
    super(message);
  }
}
