/** Columns that have other identities or types in other states of a table. */
package dev.epoch.gateway.column;
