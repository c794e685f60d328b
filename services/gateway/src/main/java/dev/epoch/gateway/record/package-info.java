/** Records through history. */
package dev.epoch.gateway.record;
