/** How publishing to Kafka goes. */
package dev.epoch.api.kafka;
