/**
 * Three-way merges of schemas: columns by their identity, all else by name; what both sides changed
 * differently, and what one needs and the other took away, are typed conflicts.
 */
package dev.epoch.model.schema.merge;
