/**
 * From a difference of two schemas to the statements that make one the other, in an order in which
 * they can run, with what each of them risks. Pure: text in, text out.
 */
package dev.epoch.model.schema.migration;
