/** Classes and instances of a catalog: pure values, with the JSON that they are read from. */
package dev.epoch.catalog.model;
