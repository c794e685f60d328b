/**
 * The Java client of the REST API: {@link dev.epoch.client.EpochClient}, its settings and its
 * failures. Calls and answers are in packages by feature below; {@code transport} is how they are
 * sent, and not for users.
 */
package dev.epoch.client;
