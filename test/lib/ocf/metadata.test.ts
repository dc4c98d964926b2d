import t from 'tap';
import { metadataXml } from '../../../lib/ocf/metadata.ts';
import { exampleAgent } from './example-agent.ts';

t.test('meta-data is a function of the agent', async (t) => {
  t.equal(
    metadataXml(exampleAgent),
    `<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd" [
<!ATTLIST parameter unique-group CDATA #IMPLIED reloadable (1|0) #IMPLIED>
<!ATTLIST action name CDATA #REQUIRED>
]>
<resource-agent name="demo" version="1.2">
<version>1.1</version>
<longdesc lang="en">
Says &quot;a&quot; &amp; b.
</longdesc>
<shortdesc lang="en">A &lt;demo&gt;</shortdesc>
<parameters>
<parameter name="word" unique-group="word" unique="1" required="1">
<longdesc lang="en">
One word
</longdesc>
<shortdesc lang="en">Word</shortdesc>
<content type="string"/>
</parameter>
<parameter name="loud" reloadable="1" required="0">
<longdesc lang="en">
Or not
</longdesc>
<shortdesc lang="en">Loud</shortdesc>
<content type="boolean" default="no"/>
</parameter>
</parameters>
<actions>
<action name="start" timeout="60s"/>
<action name="monitor" timeout="20s" interval="10s" depth="0"/>
<action name="monitor" timeout="20s" interval="10s" depth="10"/>
<action name="meta-data" timeout="5s"/>
</actions>
</resource-agent>
`,
  );
});
