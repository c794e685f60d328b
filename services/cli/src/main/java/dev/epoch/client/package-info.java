/** The Java client of the REST API. */
package dev.epoch.client;
