/** What a database knows of branches, for the clients that connect to it. */
package dev.epoch.storage.branch;
