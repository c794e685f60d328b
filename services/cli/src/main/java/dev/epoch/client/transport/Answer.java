package dev.epoch.client.transport;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An answer to a call that succeeded.
 *
 * @param body the missing node where the answer has no body
 */
public record Answer(int status, JsonNode body) {}
