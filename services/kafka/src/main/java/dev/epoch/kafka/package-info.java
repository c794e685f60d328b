/** Events of the log, published to a topic of Kafka, each once. */
package dev.epoch.kafka;
