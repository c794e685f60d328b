/** The PostgreSQL that the server brings with it. */
package dev.epoch.server.embedded;
