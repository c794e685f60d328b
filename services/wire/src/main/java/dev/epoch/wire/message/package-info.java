/** Messages of PostgreSQL's protocol (version 3) that a connection begins with. */
package dev.epoch.wire.message;
