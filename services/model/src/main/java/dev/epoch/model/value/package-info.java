/**
 * Values of rows: the canonical text of each kind of value, and when two values are the same. A
 * page with examples is {@code docs/values.md}. Knows no database: what a database prints is mapped
 * to these texts by the codec of its backend.
 */
package dev.epoch.model.value;
