/** Whether instances are what their classes say. Pure. */
package dev.epoch.catalog.validate;
