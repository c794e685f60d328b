/** What rows say to a change of the schema: which are lost, and which stand against it. */
package dev.epoch.model.schema.impact;
