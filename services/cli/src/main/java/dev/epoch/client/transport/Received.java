package dev.epoch.client.transport;

import com.fasterxml.jackson.databind.JsonNode;

/** A result together with the JSON that the server sent, which may say more than this client. */
public interface Received {

  /** What the server sent. */
  JsonNode json();
}
