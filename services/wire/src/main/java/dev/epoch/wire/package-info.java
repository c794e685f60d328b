/** Connections of clients of the database itself that come through the server, to a branch. */
package dev.epoch.wire;
