/** The one application: wiring, configuration and the embedded PostgreSQL. */
package dev.epoch.server;
