/** Rows and differences of any state. */
package dev.epoch.gateway.read;
