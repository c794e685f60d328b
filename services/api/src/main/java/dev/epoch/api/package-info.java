/** REST resources, their documents and the one table that maps errors to answers. */
package dev.epoch.api;
