/** Where the rows of tables live, one subpackage per backend. */
package dev.epoch.storage;
