package dev.epoch.api;

import java.util.Optional;

/** What the API tells about the server it is part of. */
public interface ServerStatus {
  /** Version of the program. */
  String version();

  /** Where the metadata is, as a URL without credentials. */
  String metadataUrl();

  /** Whether a URL that a client gives stands for the server's own metadata database. */
  boolean isMetadataUrl(String url);

  /** Whether the metadata database answers now. Waits a moment at most. */
  boolean metadataConnected();

  /** Why the metadata database takes no writes, while it does not. */
  Optional<String> metadataRefusal();

  /** Whether every repository is loaded and what a stopped process left behind is settled. */
  boolean started();

  /** Where the API is for clients, {@code /api/v1} unless configured. */
  String apiPrefix();
}
