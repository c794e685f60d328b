package dev.epoch.api;

/** Where the resources are. A different prefix for clients is laid over it by the server. */
public final class ApiPaths {
  public static final String PREFIX = "/api/v1";

  private ApiPaths() {}
}
