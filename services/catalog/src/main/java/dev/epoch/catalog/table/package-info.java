/** Tables as classes: columns become properties, rows become instances. */
package dev.epoch.catalog.table;
