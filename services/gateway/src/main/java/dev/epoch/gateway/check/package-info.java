/** Queries that decide about commits and merges, and what is said about commits. */
package dev.epoch.gateway.check;
