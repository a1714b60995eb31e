"""The local web app: a study to read and click through, in a browser and without a network."""
