/** Tables that are copies of tables in other databases, and what changes in either. */
package dev.epoch.gateway.copy;
